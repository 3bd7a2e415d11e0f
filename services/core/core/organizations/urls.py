from django.urls import path

from core.organizations import member_views, views

urlpatterns = [
    path("organizations/", views.Organizations.as_view()),
    path("organizations/<id:organization_id>/", views.OrganizationDetail.as_view()),
    path("organizations/<id:organization_id>/members/", member_views.Members.as_view()),
    path(
        "organizations/<id:organization_id>/members/<id:user_id>/",
        member_views.MemberDetail.as_view(),
    ),
    path("organizations/<id:organization_id>/invitations/", member_views.Invitations.as_view()),
    path(
        "organizations/<id:organization_id>/invitations/<uuid:invitation_id>/",
        member_views.InvitationDetail.as_view(),
    ),
    path(
        "organizations/<id:organization_id>/invitations/<uuid:invitation_id>/resend/",
        member_views.InvitationResend.as_view(),
    ),
    path("invitations/<str:token>/accept/", member_views.AcceptInvitation.as_view()),
]
