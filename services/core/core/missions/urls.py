from django.urls import path

from core.missions import lab_views, views

urlpatterns = [
    path("missions/", views.Missions.as_view()),
    path("missions/<uuid:mission_id>/", views.MissionDetail.as_view()),
    path("missions/<uuid:mission_id>/publish/", views.PublishMission.as_view()),
    path("missions/<uuid:mission_id>/retire/", views.RetireMission.as_view()),
    path("missions/<uuid:mission_id>/restore/", views.RestoreMission.as_view()),
    path("missions/<uuid:mission_id>/rubric/", views.MissionRubric.as_view()),
    path("missions/<uuid:mission_id>/flags/", lab_views.Flags.as_view()),
    path("missions/<uuid:mission_id>/flags/issue/", lab_views.IssueFlag.as_view()),
    path("missions/<uuid:mission_id>/hints/", lab_views.Hints.as_view()),
    path("missions/<uuid:mission_id>/hints/<id:number>/unlock/", lab_views.UnlockHint.as_view()),
]
